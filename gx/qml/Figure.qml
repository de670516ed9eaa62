import QtQuick
import Victron.VenusOS

// A number large enough to be read at arm's length, under what it is.
Column {
	id: root

	property string text
	property string value

	Label {
		width: parent.width
		visible: text.length > 0
		text: root.text
		wrapMode: Text.WordWrap
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: root.width < 160 ? Theme.font_size_caption : Theme.font_size_body1
		color: Theme.color_font_secondary
	}

	Label {
		width: parent.width
		text: root.value
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: root.width < 130 ? Theme.font_size_body2 : root.width < 165 ? Theme.font_size_body3 : Theme.font_size_h1
	}
}
