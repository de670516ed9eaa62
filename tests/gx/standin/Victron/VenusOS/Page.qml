import QtQuick
import Victron.VenusOS

FocusScope {
	id: root

	property string title
	property bool isCurrentPage: true
	default property alias _content: body.data

	Rectangle {
		anchors.fill: parent
		color: Theme.color_page_background
	}

	Label {
		x: Theme.geometry_page_content_horizontalMargin
		width: parent.width - 2 * x
		y: 14
		text: root.title
		elide: Text.ElideRight
		font.pixelSize: Theme.portrait ? Theme.font_size_tiny : Theme.font_size_body1
	}

	Item {
		id: body
		anchors {
			fill: parent
			topMargin: 56
			bottomMargin: Theme.portrait ? 0 : 8
		}
	}
}
