import QtQuick
import Victron.VenusOS
import "States.js" as States

// A pack that has settings; a tap opens them.
PageLink {
	id: root

	required property string row // uid of its row in the service

	text: name.value ?? ""
	caption: States.words(state.value)
	page: Qt.resolvedUrl("PackPage.qml")
	properties: ({ address: address.value ?? "", row: row })

	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: state; uid: root.row + "/State" }
}
