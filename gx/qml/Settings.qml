pragma ComponentBehavior: Bound

import QtQuick
import Victron.VenusOS

// Settings > Integrations > UI Plugins > dbus-xbms: the known packs, and where everything else is.
Page {
	id: root

	readonly property string uid: BackendConnection.serviceUidFromName("com.victronenergy.xbms", 0)

	title: qsTr("Bluetooth batteries")

	VeQuickItem { id: product; uid: root.uid + "/ProductName" }
	VeQuickItem { id: findings; uid: root.uid + "/Findings/Count" }

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
			PrimaryListLabel {
				text: qsTr("dbus-xbms is not running. Restart the GX; if that does not help, read its log.")
				preferredVisible: !product.valid
			}
			PrimaryListLabel {
				text: qsTr("No packs yet. Search for them under “Add a pack”.")
				preferredVisible: product.valid && packs.rowCount === 0
			}
			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: packs.rowCount
					delegate: KnownPackRow {
						required property int index
						row: root.uid + "/Packs/" + index
					}
				}
			}
			PageLink {
				text: qsTr("Add a pack")
				page: Qt.resolvedUrl("DiscoveredPage.qml")
				preferredVisible: product.valid
			}
			PageLink {
				text: qsTr("Banks")
				caption: qsTr("Packs that are wired together")
				page: Qt.resolvedUrl("BanksPage.qml")
				preferredVisible: product.valid && packs.rowCount > 0
			}
			PageLink {
				text: qsTr("Diagnosis")
				secondaryText: findings.value > 0 ? qsTr("%n finding(s)", "", findings.value) : ""
				page: Qt.resolvedUrl("DiagnosisPage.qml")
				preferredVisible: product.valid
			}
		}
	}
}
