.pragma library

// The states of the contact with a pack, in the language of the screen.
function words(state) {
	switch (state) {
	case "off": return qsTr("Off")
	case "unknown":
	case "starting": return qsTr("Starting")
	case "searching": return qsTr("Searching")
	case "connecting": return qsTr("Connecting")
	case "connected": return qsTr("Connected")
	case "lent": return qsTr("Lent to the phone app")
	case "needs password": return qsTr("The password is missing or wrong")
	case "needs passkey": return qsTr("The passkey is missing or wrong")
	case "connects but never answers": return qsTr("Connects but never answers")
	case "another make of BMS": return qsTr("Another make of BMS")
	case "read by another program": return qsTr("Read by another program")
	case "answers make no sense": return qsTr("Its answers make no sense")
	case "readings not believed": return qsTr("Its readings are not believed")
	case "not heard": return qsTr("Not heard: out of range, or its phone app is connected")
	case "no connection": return qsTr("Heard, but no connection")
	case "withdrawn": return qsTr("No contact for a long time")
	case "no Bluetooth": return qsTr("No Bluetooth on this GX")
	case "bluetoothd hangs": return qsTr("Bluetooth hangs: restart the GX")
	case "Bluetooth is busy": return qsTr("Another program keeps Bluetooth busy")
	case "no adapter": return qsTr("No Bluetooth adapter")
	case "adapter off": return qsTr("The Bluetooth adapter is off")
	case "slots full": return qsTr("The adapter has no free connection")
	case "library missing": return qsTr("The library for this make is missing")
	case "name taken": return qsTr("Another program shows this pack")
	case "not published": return qsTr("Read, but the GX does not show it")
	case "stopped by an error": return qsTr("Stopped by an error of this program")
	default: return state ?? ""
	}
}

// The state of a bank; why one cannot be formed is told in the program's own words.
function bankWords(state) {
	switch (state) {
	case "off": return qsTr("Off: turn it on if its packs are wired together")
	case "formed": return qsTr("In use")
	default: return state ?? ""
	}
}
