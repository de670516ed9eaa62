import QtQuick
import Victron.VenusOS

// Four figures: beside a heading, or in two rows below it on a narrow screen.
Item {
	id: root

	property string heading
	property string note
	readonly property bool narrow: width < 500
	readonly property real columnWidth: narrow ? width / 2 : width * 0.19
	default property alias _figures: grid.data

	height: narrow ? title.height + grid.height : Math.max(title.height, grid.height)

	Column {
		id: title
		width: root.narrow ? root.width : root.width * 0.24
		anchors.verticalCenter: root.narrow ? undefined : parent.verticalCenter

		Label {
			width: parent.width
			text: root.heading
			wrapMode: Text.Wrap
			font.pixelSize: Theme.font_size_body2
		}

		Label {
			width: parent.width
			visible: text.length > 0
			text: root.note
			wrapMode: Text.WordWrap
			font.pixelSize: Theme.font_size_caption
			color: Theme.color_font_secondary
		}
	}

	Grid {
		id: grid
		x: root.narrow ? 0 : title.width
		y: root.narrow ? title.height : (root.height - height) / 2
		columns: root.narrow ? 2 : 4
		verticalItemAlignment: Grid.AlignBottom
	}
}
