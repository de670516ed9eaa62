import QtQuick
import Victron.VenusOS
import "States.js" as States

// Everything about one pack.
Page {
	id: root

	required property string address
	property string row // uid of its row in the service, if it came from the list
	property bool watchOnly // its make never controls or is switched
	readonly property string base: Global.systemSettings.serviceUid + "/Settings/Devices/xbms_" + address.replace(/:/g, "").toLowerCase()

	title: name.value || advertised.value || address

	VeQuickItem { id: name; uid: root.base + "/CustomName" }
	VeQuickItem { id: advertised; uid: root.base + "/AdvertisedName" }
	VeQuickItem { id: rowAddress; uid: root.row ? root.row + "/Address" : "" }
	VeQuickItem { id: state; uid: root.row ? root.row + "/State" : "" }

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel {
				text: States.words(state.value)
				preferredVisible: text.length > 0 && rowAddress.value === root.address
			}
			WatchOnlyLabel { preferredVisible: root.watchOnly }
			PackNameRow { base: root.base }
			PackControlRow {
				base: root.base
				preferredVisible: !root.watchOnly
			}
			PackChemistryRow { base: root.base }
			PageLink {
				text: qsTr("Currents and capacity")
				page: Qt.resolvedUrl("PackCurrentsPage.qml")
				properties: ({ base: root.base })
			}
			PageLink {
				text: qsTr("Cell voltages")
				page: Qt.resolvedUrl("PackVoltagesPage.qml")
				properties: ({ base: root.base })
			}
			PageLink {
				text: qsTr("Warnings")
				page: Qt.resolvedUrl("PackWarningsPage.qml")
				properties: ({ base: root.base })
			}
			PageLink {
				text: qsTr("Bluetooth")
				page: Qt.resolvedUrl("PackBluetoothPage.qml")
				properties: ({ base: root.base })
			}
			PageLink {
				text: qsTr("Switching")
				page: Qt.resolvedUrl("PackSwitchingPage.qml")
				properties: ({ base: root.base, watchOnly: root.watchOnly })
			}
			SettingSwitch {
				text: qsTr("Read this pack")
				caption: qsTr("Off: it leaves the GX; its settings are kept")
				uid: root.base + "/Enabled"
				questionOff: qsTr("The pack leaves the GX. Chargers that obey it stop with error 67, until another battery controls them.")
			}
			ListText {
				text: qsTr("Address")
				secondaryText: root.address
			}
		}
	}
}
