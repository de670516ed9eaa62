import QtQuick
import Victron.VenusOS

// What matters of a pack that was just added: its name, its chemistry and its currents.
Page {
	id: root

	required property string address
	readonly property string base: Global.systemSettings.serviceUid + "/Settings/Devices/xbms_" + address.replace(/:/g, "").toLowerCase()

	title: qsTr("New pack")

	VeQuickItem { id: added; uid: root.base + "/Enabled" }

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel {
				text: added.value === 1 ? qsTr("The pack is added. Answer these questions; then it may control charging.")
					: qsTr("Adding the pack…")
			}
			ProgramMessage {}
			PackNameRow { base: root.base }
			PackChemistryRow { base: root.base }
			PackChargeCurrentRow { base: root.base }
			PackDischargeCurrentRow { base: root.base }
			PrimaryListLabel {
				text: qsTr("Use the lowest rating of cells, BMS, cables and fuse.")
			}
			PageLink {
				text: qsTr("All settings of this pack")
				page: Qt.resolvedUrl("PackPage.qml")
				properties: ({ address: root.address })
				preferredVisible: added.value === 1
			}
		}
	}
}
