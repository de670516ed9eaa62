import QtQuick
import Victron.VenusOS

// A button, or the frame of a text field, in a row.
Rectangle {
	id: root

	required property ListRow row
	property string text
	property bool faint
	property real leastWidth: 0

	width: Math.max(leastWidth, Math.min(label.implicitWidth + 32, row._available * 0.7))
	height: Theme.geometry_button_height
	radius: Theme.geometry_button_radius
	color: row.clickable ? Theme.color_darkBlue : "transparent"
	border {
		width: Theme.geometry_button_border_width
		color: row.clickable ? Theme.color_ok : Theme.color_gray4
	}

	Label {
		id: label
		anchors.centerIn: parent
		width: Math.min(implicitWidth, root.width - 32)
		text: root.text
		elide: Text.ElideRight
		font.pixelSize: root.row._fontSize
		color: root.faint || !root.row.clickable ? Theme.color_font_secondary : "#FFFFFF"
	}
}
