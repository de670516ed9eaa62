import QtQuick
import Victron.VenusOS
import "States.js" as States

// A bank that has settings; a tap opens them.
PageLink {
	id: root

	required property int number
	required property string row // uid of its row in the service
	readonly property bool exists: name.valid

	function create() { enabledItem.setValue(1) }

	text: name.value ?? ""
	caption: States.bankWords(state.value)
	preferredVisible: exists
	page: Qt.resolvedUrl("BankPage.qml")
	properties: ({ number: number, row: row })

	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: state; uid: root.row + "/State" }
	VeQuickItem { id: enabledItem; uid: root.row + "/Enabled" }
}
