pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// What was found, the Bluetooth adapters, and the program itself.
Page {
	id: root

	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)

	function duration(seconds) {
		const days = Math.floor(seconds / 86400)
		const hours = Math.floor(seconds % 86400 / 3600)
		return days > 0 ? qsTr("%1 d %2 h").arg(days).arg(hours) : qsTr("%1 h %2 min").arg(hours).arg(Math.floor(seconds % 3600 / 60))
	}

	title: qsTr("Diagnosis")

	VeQuickItem { id: count; uid: root.uid + "/Findings/Count" }
	VeQuickItem { id: refresh; uid: root.uid + "/Findings/Refresh" }
	VeQuickItem { id: interference; uid: root.uid + "/Interference" }
	VeQuickItem { id: restartItem; uid: root.uid + "/Restart" }

	VeQItemSortTableModel {
		id: adapters
		filterRegExp: "/Adapters/[0-9]+/Name$"
		filterFlags: VeQItemSortTableModel.FilterInvalid
		model: VeQItemTableModel {
			uids: [ root.uid + "/Adapters" ]
			flags: VeQItemTableModel.AddAllChildren
		}
	}

	GradientListView {
		model: VisibleItemModel {
			ListButton {
				text: refresh.value === 1 ? qsTr("Checking…") : !count.valid ? qsTr("Not checked yet")
					: count.value === 0 ? qsTr("Nothing found") : qsTr("%n finding(s)", "", count.value)
				caption: qsTr("Checked every ten minutes")
				secondaryText: qsTr("Check now")
				interactive: refresh.value === 0
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: refresh.setValue(1)
			}
			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: count.value ?? 0
					delegate: FindingRow {
						required property int index
						row: root.uid + "/Findings/" + index
					}
				}
			}
			SectionHeader { text: qsTr("Bluetooth") }
			PrimaryListLabel {
				text: qsTr("No Bluetooth adapter. Plug one into a USB port.")
				preferredVisible: adapters.rowCount === 0
			}
			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: adapters.rowCount
					delegate: AdapterRow {
						required property int index
						row: root.uid + "/Adapters/" + index
					}
				}
			}
			PrimaryListLabel {
				text: interference.value ?? ""
				preferredVisible: text.length > 0
			}
			SectionHeader { text: qsTr("Program") }
			ListText {
				text: qsTr("Version")
				dataItem.uid: root.uid + "/Mgmt/ProcessVersion"
			}
			ListText {
				text: qsTr("Running for")
				dataItem.uid: root.uid + "/Uptime"
				secondaryText: dataItem.valid ? root.duration(dataItem.value) : "--"
			}
			ListText {
				text: qsTr("Processor")
				dataItem.uid: root.uid + "/Cpu"
				secondaryText: dataItem.valid ? qsTr("%1 % of one core").arg(Number(dataItem.value).toFixed(1)) : "--"
			}
			ListText {
				text: qsTr("Memory")
				dataItem.uid: root.uid + "/Memory"
				secondaryText: dataItem.valid ? Number(dataItem.value).toFixed(0) + " MB" : "--"
			}
			ListButton {
				text: qsTr("Restart the program")
				secondaryText: qsTr("Restart")
				interactive: restartItem.valid
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: Global.dialogLayer.open(restartDialog)
			}
		}
	}

	Component {
		id: restartDialog

		Question {
			title: qsTr("Restart the program")
			description: qsTr("All packs leave the GX for some seconds.")
			onAccepted: restartItem.setValue(1)
		}
	}
}
