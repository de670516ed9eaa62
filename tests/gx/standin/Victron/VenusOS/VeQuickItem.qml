import QtQuick
import Standin
import Victron.VenusOS

QtObject {
	property string uid
	readonly property var value: Bus.values[uid]
	readonly property bool valid: value !== undefined
	readonly property bool seen: valid

	function setValue(value) {
		Bus.write(uid, value)
		return 0
	}
}
