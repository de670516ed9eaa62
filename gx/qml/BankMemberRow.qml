import QtQuick
import Victron.VenusOS

// A pack that may belong to a bank, with its place in the order.
ListSwitch {
	id: root

	required property string row // uid of its row in the service
	property var chosen: [] // addresses
	property bool watchOnlyAllowed
	readonly property bool _refused: watchOnly.value === 1 && !watchOnlyAllowed
	readonly property int place: chosen.indexOf(address.value) + 1

	signal toggled(address: string)

	text: name.value ?? ""
	secondaryText: place > 0 ? place : ""
	caption: watchOnly.value !== 1 ? "" : _refused ? qsTr("Watch only: not allowed in this bank") : qsTr("Watch only")
	checked: place > 0
	interactive: address.valid && (place > 0 || !_refused)
	writeAccessLevel: VenusOS.User_AccessType_User
	onClicked: toggled(address.value)

	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: watchOnly; uid: root.row + "/WatchOnly" }
}
