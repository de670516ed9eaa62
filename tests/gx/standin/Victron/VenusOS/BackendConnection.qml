pragma Singleton
import QtQuick

QtObject {
	enum Source { UnknownSource, DBusSource, MqttSource, MockSource }

	property int type: BackendConnection.DBusSource

	// "dbus/com.victronenergy.battery.x", or "mqtt/battery/3" in a browser
	function serviceUidFromName(name, instance) {
		return type === BackendConnection.MqttSource ? "mqtt/" + name.split(".")[2] + "/" + instance : "dbus/" + name
	}
}
