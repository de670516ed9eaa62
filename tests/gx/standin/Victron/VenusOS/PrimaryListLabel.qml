import QtQuick
import Victron.VenusOS

Label {
	id: root

	property bool preferredVisible: true
	readonly property bool effectiveVisible: preferredVisible

	visible: effectiveVisible
	width: parent ? parent.width : 0
	leftPadding: Theme.geometry_page_content_horizontalMargin + Theme.geometry_listItem_content_horizontalMargin
	rightPadding: leftPadding
	topPadding: 12
	bottomPadding: 12
	color: Theme.color_font_secondary
	wrapMode: Text.WordWrap

	Binding on height {
		when: !root.effectiveVisible
		value: 0
	}
}
