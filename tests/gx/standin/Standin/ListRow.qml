import QtQuick
import Victron.VenusOS

// A row: text and caption on the left, content on the right.
Item {
	id: root

	property string text
	property string caption
	property bool preferredVisible: true
	property bool interactive
	property bool flat
	property int textFormat: Text.PlainText
	property int showAccessLevel: VenusOS.User_AccessType_User
	property int writeAccessLevel: VenusOS.User_AccessType_Installer
	readonly property bool userHasWriteAccess: Global.systemSettings.canAccess(writeAccessLevel)
	readonly property bool userHasReadAccess: Global.systemSettings.canAccess(showAccessLevel)
	readonly property bool effectiveVisible: preferredVisible && userHasReadAccess
	readonly property bool clickable: enabled && interactive && userHasWriteAccess
	readonly property real _available: width - 2 * _margin
	readonly property real _margin: Theme.geometry_page_content_horizontalMargin + Theme.geometry_listItem_content_horizontalMargin
	readonly property int _fontSize: Theme.portrait ? Theme.font_size_caption : Theme.font_size_body2
	default property alias _content: right.data

	// What a tap on the row does.
	function _tap() {}

	visible: effectiveVisible
	implicitWidth: parent ? parent.width : 0
	implicitHeight: effectiveVisible
		? Math.max(Theme.geometry_listItem_height, left.height + 2 * Theme.geometry_listItem_content_verticalMargin,
			right.height + Theme.geometry_listItem_content_verticalMargin) + Theme.geometry_gradientList_spacing
		: 0
	height: implicitHeight

	Rectangle {
		x: Theme.geometry_page_content_horizontalMargin
		width: parent.width - 2 * x
		height: parent.height - Theme.geometry_gradientList_spacing
		radius: Theme.geometry_listItem_radius
		color: root.flat ? "transparent" : Theme.color_listItem_background
	}

	Column {
		id: left
		x: root._margin
		width: root._available - (right.width > 0 ? right.width + Theme.geometry_listItem_content_spacing : 0)
		anchors {
			verticalCenter: parent.verticalCenter
			verticalCenterOffset: -Theme.geometry_gradientList_spacing / 2
		}

		Label {
			width: parent.width
			text: root.text
			font.pixelSize: root._fontSize
			wrapMode: Text.WordWrap
		}

		Label {
			width: parent.width
			visible: text.length > 0
			text: root.caption
			topPadding: 4
			font.pixelSize: Theme.portrait ? Theme.font_size_tiny : Theme.font_size_body1
			color: Theme.color_font_secondary
			wrapMode: Text.WordWrap
		}
	}

	Row {
		id: right
		anchors {
			right: parent.right
			rightMargin: root._margin
			verticalCenter: left.verticalCenter
		}
		spacing: Theme.geometry_listItem_content_spacing
	}
}
