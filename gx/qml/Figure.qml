import QtQuick
import Victron.VenusOS

// A number large enough to be read at arm's length, with what it is above and a note below.
Column {
	id: root

	property string text
	property string value
	property string note
	property alias color: number.color

	Label {
		width: parent.width
		text: root.text
		elide: Text.ElideRight
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: Theme.font_size_body1
		color: Theme.color_font_secondary
	}

	Label {
		id: number
		width: parent.width
		text: root.value
		fontSizeMode: Text.HorizontalFit
		minimumPixelSize: Theme.font_size_body1
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: Theme.font_size_h1
	}

	Label {
		width: parent.width
		visible: root.note.length > 0
		text: root.note
		elide: Text.ElideRight
		horizontalAlignment: Text.AlignHCenter
		font.pixelSize: Theme.font_size_body1
		color: Theme.color_font_secondary
	}
}
