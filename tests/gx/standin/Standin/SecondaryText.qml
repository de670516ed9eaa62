import QtQuick
import Victron.VenusOS

// The text on the right of a row, at most 70 % of it.
Label {
	required property ListRow row
	property real reserved: 0

	width: Math.min(implicitWidth, row._available * 0.7 - reserved)
	visible: text.length > 0
	color: Theme.color_listItem_secondaryText
	font.pixelSize: row._fontSize
	wrapMode: Text.WordWrap
	horizontalAlignment: Text.AlignRight
}
