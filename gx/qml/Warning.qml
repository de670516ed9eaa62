import QtQuick
import Victron.VenusOS

// A sentence with a coloured mark: orange for a warning, red for an alarm.
Item {
	id: root

	property string text
	property string note
	property bool critical

	width: parent ? parent.width : 0
	height: visible ? words.height : 0

	Rectangle {
		width: 8
		height: parent.height
		radius: 4
		color: root.critical ? Theme.color_critical : Theme.color_warning
	}

	Column {
		id: words
		x: 20
		width: parent.width - x

		Label {
			width: parent.width
			text: root.text
			wrapMode: Text.WordWrap
			font.pixelSize: Theme.font_size_body2
		}

		Label {
			width: parent.width
			visible: root.note.length > 0
			text: root.note
			wrapMode: Text.WordWrap
			font.pixelSize: Theme.font_size_body1
			color: Theme.color_font_secondary
		}
	}
}
