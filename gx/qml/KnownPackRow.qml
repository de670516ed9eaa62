import QtQuick
import Victron.VenusOS
import "States.js" as States

// A pack that has settings; a tap opens them.
PageLink {
	id: root

	required property string row // uid of its row in the service

	text: name.value ?? ""
	caption: watchOnly.value === 1 ? qsTr("%1 (watch only)").arg(make.value) + "\n" + States.words(state.value) : States.words(state.value)
	page: Qt.resolvedUrl("PackPage.qml")
	properties: ({ address: address.value ?? "", row: row, watchOnly: watchOnly.value === 1 })

	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: make; uid: root.row + "/Make" }
	VeQuickItem { id: watchOnly; uid: root.row + "/WatchOnly" }
	VeQuickItem { id: state; uid: root.row + "/State" }
}
