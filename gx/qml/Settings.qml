import QtQuick
import Victron.VenusOS

Page {
	id: root

	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)
	title: qsTr("Bluetooth batteries")

	GradientListView {
		model: VisibleItemModel {
			ListSwitch {
				text: qsTr("Search for packs")
				dataItem.uid: root.uid + "/Scan"
				caption: dataItem.value > 0 ? qsTr("%n s left", "", dataItem.value) : ""
				writeAccessLevel: VenusOS.User_AccessType_User
			}
		}
	}
}
