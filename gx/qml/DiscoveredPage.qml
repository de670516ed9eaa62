pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// Search for packs, and add them.
Page {
	id: root

	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)
	readonly property bool scanning: scan.value > 0

	title: qsTr("Add a pack")

	VeQuickItem { id: scan; uid: root.uid + "/Scan" }

	VeQItemSortTableModel {
		id: found
		filterRegExp: "/Discovered/[0-9]+/Address$"
		filterFlags: VeQItemSortTableModel.FilterInvalid
		model: VeQItemTableModel {
			uids: [ root.uid + "/Discovered" ]
			flags: VeQItemTableModel.AddAllChildren
		}
	}

	GradientListView {
		model: VisibleItemModel {
			ListButton {
				text: qsTr("Search for packs")
				secondaryText: root.scanning ? qsTr("%n s left", "", scan.value) : qsTr("Start")
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: scan.setValue(root.scanning ? 0 : 1)
			}
			ProgramMessage {}
			PrimaryListLabel {
				text: root.scanning ? qsTr("Nothing found so far.")
					: qsTr("Nothing found. Start a search close to the packs, and close their phone app.")
				preferredVisible: found.rowCount === 0
			}
			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: found.rowCount
					delegate: DiscoveredRow {
						required property int index
						row: root.uid + "/Discovered/" + index
					}
				}
			}
			PrimaryListLabel {
				text: qsTr("Add only your own packs: a neighbour may have some too.")
				preferredVisible: found.rowCount > 0
			}
		}
	}
}
