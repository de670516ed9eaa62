import QtQuick
import Victron.VenusOS

DeviceListPluginPage {
	id: root

	readonly property string uid: device?.serviceUid ?? ""
	title: qsTranslate("", "Packs of the bank")

	GradientListView {
		model: VisibleItemModel {
			ListText {
				text: qsTr("Highest cell")
				dataItem.uid: root.uid + "/System/MaxCellVoltage"
				secondaryText: dataItem.valid ? dataItem.value.toFixed(3) + " V" : "--"
			}
		}
	}
}
