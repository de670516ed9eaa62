import QtQuick
import Victron.VenusOS

// The signal, and the age of the last reading.
ListText {
	id: root

	required property string uid
	required property Words words

	text: qsTr("Signal")
	dataItem.uid: uid + "/Bluetooth/Rssi"
	secondaryText: dataItem.valid ? words.signal(dataItem.value) + ", " + dataItem.value + " dBm" : "--"
	caption: age.valid ? qsTr("Age of the last reading: %1").arg(words.duration(age.value)) : qsTr("No reading yet")

	VeQuickItem { id: age; uid: root.uid + "/Bluetooth/SampleAge" }
}
