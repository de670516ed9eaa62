import QtQuick
import Victron.VenusOS

// A pack that may belong to a bank, with its place in the order.
ListSwitch {
	id: root

	required property string row // uid of its row in the service
	property var chosen: [] // addresses
	readonly property int place: chosen.indexOf(address.value) + 1

	signal toggled(address: string)

	text: name.value ?? ""
	secondaryText: place > 0 ? place : ""
	checked: place > 0
	interactive: address.valid
	writeAccessLevel: VenusOS.User_AccessType_User
	onClicked: toggled(address.value)

	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: name; uid: root.row + "/Name" }
}
