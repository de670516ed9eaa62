pragma Singleton
import QtQuick

QtObject {
	readonly property string cancel: "Cancel"
	readonly property string ok: "OK"
	readonly property string off: "Off"
	readonly property string on: "On"
	readonly property string yes: "Yes"
	readonly property string no: "No"
	readonly property string state_of_charge: "State of charge"
	readonly property string not_connected: "Not connected"
	readonly property string battery: "Battery"
	readonly property string settings: "Settings"
	readonly property string state: "State"
	readonly property string press: "Press"
	readonly property string remove: "Remove"
	readonly property string voltage: "Voltage"
	readonly property string temperature: "Temperature"
}
