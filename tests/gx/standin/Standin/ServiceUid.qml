import QtQuick
import Victron.VenusOS

QtObject {
	required property string service
	readonly property string serviceUid: BackendConnection.serviceUidFromName(service, 0)
	property int accessLevel: VenusOS.User_AccessType_User

	function canAccess(level) { return level <= accessLevel }
}
