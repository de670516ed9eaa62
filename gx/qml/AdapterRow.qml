import QtQuick
import Victron.VenusOS

// A Bluetooth adapter and its connections.
ListText {
	id: root

	required property string row // uid of its row in the service

	text: name.value ?? ""
	caption: address.value ?? ""
	secondaryText: state.value === "on" ? qsTr("%1 of %2 connections").arg(used.value ?? 0).arg(slots.value ?? 0)
		: state.value === "off" ? qsTr("Off") : state.value === "busy" ? qsTr("Another program searches") : (state.value ?? "")

	VeQuickItem { id: name; uid: root.row + "/Name" }
	VeQuickItem { id: address; uid: root.row + "/Address" }
	VeQuickItem { id: state; uid: root.row + "/State" }
	VeQuickItem { id: slots; uid: root.row + "/Slots" }
	VeQuickItem { id: used; uid: root.row + "/Used" }
}
