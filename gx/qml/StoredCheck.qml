import QtQuick
import Victron.VenusOS

// Says so if a written value was not stored; the row then shows the stored one again.
Timer {
	id: root

	required property string name // of the setting, on the screen
	required property var item // VeQuickItem
	property var _wanted

	signal refused()

	function write(value) {
		item.setValue(value)
		expect(value)
	}

	function expect(value) {
		_wanted = value
		restart()
	}

	function _same(one, other) {
		return typeof one === "number" && typeof other === "number" ? Math.abs(one - other) < 0.0001 : one === other
	}

	// ms; a refused value is read again long before, and through VRM a stored one takes seconds to return
	interval: BackendConnection.type === BackendConnection.MqttSource ? 8000 : 2000
	onTriggered: {
		if (_same(item.value, _wanted))
			return
		refused()
		Global.showToastNotification(VenusOS.Notification_Warning, qsTr("%1 was not stored: the value was refused.").arg(name), 8000)
	}
}
