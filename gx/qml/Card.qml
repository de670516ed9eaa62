import QtQuick
import Victron.VenusOS

// A row that holds anything, with the background of the other rows.
SettingsColumn {
	id: root

	property real pageWidth
	property bool tappable

	signal tapped()

	default property alias _content: content.data

	width: parent ? parent.width : 0

	Rectangle {
		id: background
		// Up to gui-v2 1.2 the list has a margin, since 1.3 each row has its own.
		x: root.width < root.pageWidth ? 0 : Theme.geometry_page_content_horizontalMargin
		width: root.width - 2 * x
		height: content.height + 2 * content.y
		radius: Theme.geometry_listItem_radius
		color: Theme.color_listItem_background

		MouseArea {
			anchors.fill: parent
			enabled: root.tappable
			onClicked: root.tapped()
		}

		Label {
			anchors {
				right: parent.right
				rightMargin: Theme.geometry_listItem_content_horizontalMargin / 2
				verticalCenter: parent.verticalCenter
			}
			visible: root.tappable
			text: "›"
			font.pixelSize: Theme.font_size_body3
			color: Theme.color_font_secondary
		}

		Item {
			id: content
			x: Theme.geometry_listItem_content_horizontalMargin / 2
			y: Theme.geometry_listItem_content_verticalMargin / 2
			width: parent.width - 2 * x
			height: childrenRect.height
		}
	}

	Item {
		width: 1
		height: Theme.geometry_gradientList_spacing
	}
}
