pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// Which packs form a bank. None chosen would mean all, so the last one cannot be turned off.
Page {
	id: root

	required property string base
	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)
	readonly property var chosen: members.value ? members.value.split(" ") : []

	function toggle(address) {
		const left = chosen.includes(address) ? chosen.filter(other => other !== address) : chosen.concat([address])
		if (left.length === 0)
			Global.showToastNotification(VenusOS.Notification_Info, qsTr("A bank needs packs. To end it, turn it off."), 8000)
		else if (left.length > 16)
			Global.showToastNotification(VenusOS.Notification_Info, qsTr("A bank can have up to 16 packs."), 8000)
		else
			check.write(left.join(" "))
	}

	title: qsTr("Packs of the bank")

	VeQuickItem { id: members; uid: root.base + "/Members" }
	VeQuickItem { id: watchOnlyAllowed; uid: root.base + "/AllowWatchOnlyMembers" }

	StoredCheck {
		id: check
		name: root.title
		item: members
	}

	VeQItemSortTableModel {
		id: packs
		filterRegExp: "/Packs/[0-9]+/Address$"
		filterFlags: VeQItemSortTableModel.FilterInvalid
		model: VeQItemTableModel {
			uids: [ root.uid + "/Packs" ]
			flags: VeQItemTableModel.AddAllChildren
		}
	}

	GradientListView {
		model: VisibleItemModel {
			ListSwitch {
				text: qsTr("All packs")
				caption: qsTr("Of one chemistry and cell count, and in no other bank")
				checked: members.valid && root.chosen.length === 0
				interactive: members.valid && root.chosen.length > 0
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: check.write("")
			}
			PrimaryListLabel { text: qsTr("Or choose them. In series and mixed wiring, turn them on in their order, string after string.") }
			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: packs.rowCount
					delegate: BankMemberRow {
						required property int index
						row: root.uid + "/Packs/" + index
						chosen: root.chosen
						watchOnlyAllowed: watchOnlyAllowed.value === 1
						onToggled: function(address) { root.toggle(address) }
					}
				}
			}
		}
	}
}
