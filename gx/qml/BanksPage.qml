import QtQuick
import Victron.VenusOS

// Banks: packs that are wired together and act as one battery.
Page {
	id: root

	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)

	function _free() {
		for (const row of [one, two, three, four]) {
			if (!row.exists)
				return row
		}
		return null
	}

	title: qsTr("Banks")

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel { text: qsTr("Packs that are wired together act as one battery: the GX shows and obeys the bank.") }
			BankRow { id: one; number: 1; row: root.uid + "/Banks/1" }
			BankRow { id: two; number: 2; row: root.uid + "/Banks/2" }
			BankRow { id: three; number: 3; row: root.uid + "/Banks/3" }
			BankRow { id: four; number: 4; row: root.uid + "/Banks/4" }
			ListButton {
				text: qsTr("Create a bank")
				caption: qsTr("It stays off until you turn it on")
				secondaryText: qsTr("Create")
				preferredVisible: root._free() !== null
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: root._free().create()
			}
			ProgramMessage {}
		}
	}
}
