pragma Singleton
import QtQuick
import Standin
import Victron.VenusOS

QtObject {
	property var toasts: []
	readonly property ServiceUid system: ServiceUid { service: "com.victronenergy.system" }
	readonly property ServiceUid systemSettings: ServiceUid { service: "com.victronenergy.settings" }
	readonly property PageManager pageManager: PageManager {}
	readonly property DialogLayer dialogLayer: DialogLayer {}

	function showToastNotification(type, text, milliseconds) { toasts = toasts.concat([text]) }
}
