import QtQuick
import Victron.VenusOS

// What matters of a pack that was just added: its name, its chemistry and its currents.
Page {
	id: root

	required property string address
	property bool watchOnly // its make never controls or is switched
	readonly property string base: Global.systemSettings.serviceUid + "/Settings/Devices/xbms_" + address.replace(/:/g, "").toLowerCase()

	title: qsTr("New pack")

	VeQuickItem { id: added; uid: root.base + "/Enabled" }

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel {
				text: added.value !== 1 ? qsTr("Adding the pack…")
					: root.watchOnly ? qsTr("The pack is added.")
					: qsTr("The pack is added. Answer these questions; then it may control charging.")
			}
			WatchOnlyLabel { preferredVisible: root.watchOnly }
			ProgramMessage {}
			PackNameRow { base: root.base }
			PackChemistryRow { base: root.base }
			PackChargeCurrentRow {
				base: root.base
				preferredVisible: !root.watchOnly
			}
			PackDischargeCurrentRow {
				base: root.base
				preferredVisible: !root.watchOnly
			}
			PrimaryListLabel {
				text: qsTr("Use the lowest rating of cells, BMS, cables and fuse.")
				preferredVisible: !root.watchOnly
			}
			PageLink {
				text: qsTr("All settings of this pack")
				page: Qt.resolvedUrl("PackPage.qml")
				properties: ({ address: root.address, watchOnly: root.watchOnly })
				preferredVisible: added.value === 1
			}
		}
	}
}
