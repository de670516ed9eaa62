import QtQuick
import Victron.VenusOS

// The last row of the device page of a pack.
DeviceListPluginPage {
	id: root

	title: qsTranslate("", "Cells and limits")

	PackView { uid: root.device?.serviceUid ?? "" }
}
