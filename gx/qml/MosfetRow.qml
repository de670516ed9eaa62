import QtQuick
import Victron.VenusOS

// A MOSFET: on or off, and what holds it off.
ListText {
	id: root

	required property string uid
	required property string side // "Charge" or "Discharge"
	required property Words words

	preferredVisible: dataItem.valid
	dataItem.uid: uid + "/Io/" + side + "Hold"
	secondaryText: !dataItem.valid ? "" : dataItem.value === 0 ? qsTr("On") : qsTr("Off")
	caption: {
		switch (dataItem.value) {
		case 1: return qsTr("It was switched off, here or with the phone app.")
		case 2: return qsTr("A protection of the BMS turned it off: %1").arg(words.said(protection.value ?? ""))
		case 3: return qsTr("The BMS gives no reason.")
		case 4: return qsTr("It is being switched on.")
		default: return ""
		}
	}

	VeQuickItem { id: protection; uid: root.uid + "/Io/" + root.side + "Protection" }
}
