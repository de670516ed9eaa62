pragma ComponentBehavior: Bound
import QtQuick
import Victron.VenusOS

// What is wrong with a pack or a bank: no contact, and every alarm that is raised.
Card {
	id: root

	property string uid
	property Words words
	property bool contact: true
	property int lentFor // min
	property int raised: 0 // alarms

	readonly property string contactLine: line.valid ? line.value.split("; ")[0] : ""
	readonly property bool isHeld: contactLine.startsWith("no reply")

	preferredVisible: !contact || isHeld || lentFor > 0 || raised > 0 || doubt.valid

	Column {
		width: parent.width
		spacing: Theme.geometry_gradientList_spacing

		// "no contact: searching; charging stopped: ..."
		VeQuickItem { id: line; uid: root.uid + "/ConnectionInformation" }
		VeQuickItem { id: silence; uid: root.uid + "/Alarms/BmsCable" }
		VeQuickItem { id: age; uid: root.uid + "/Bluetooth/SampleAge" }
		VeQuickItem { id: doubt; uid: root.uid + "/Diagnostics/Doubt" }

		Warning {
			visible: root.lentFor > 0
			text: qsTr("Lent to the phone app, %1 min left").arg(root.lentFor)
		}

		Warning {
			visible: !root.contact && root.lentFor <= 0
			critical: silence.value > 1
			text: age.valid ? qsTr("No contact for %1").arg(root.words.duration(age.value)) : qsTr("No contact yet")
			note: root.words.sentence(root.contactLine.replace(/^no contact( yet)?(: )?/, ""))
		}

		Warning {
			visible: root.isHeld
			text: age.valid ? qsTr("No reply: the values are %1 old").arg(root.words.duration(age.value)) : qsTr("No reply")
		}

		Repeater {
			model: root.words.alarms

			delegate: Warning {
				id: alarm

				required property var modelData
				readonly property bool isRaised: level.value > 0

				visible: isRaised
				critical: level.value > 1
				text: modelData.text
				onIsRaisedChanged: root.raised += isRaised ? 1 : -1

				VeQuickItem { id: level; uid: root.uid + "/Alarms/" + alarm.modelData.path }
			}
		}

		Warning {
			visible: doubt.valid
			text: doubt.valid ? root.words.sentence(doubt.value) : ""
		}
	}
}
