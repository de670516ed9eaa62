import QtQuick
import Victron.VenusOS

// A pack of a bank: its charge, its part of the current, its worst cells, and what limits it.
Card {
	id: root

	property string uid // of the member
	required property Words words

	readonly property string name: nameItem.value ?? ""
	readonly property bool online: state.value === "online"
	readonly property string serviceUid: BackendConnection.serviceUidFromName(service.value ?? "", instance.value ?? 0)

	tappable: instance.valid

	Column {
		width: parent.width
		spacing: Theme.geometry_gradientList_spacing

		VeQuickItem { id: nameItem; uid: root.uid + "/Name" }
		VeQuickItem { id: watchOnly; uid: root.uid + "/WatchOnly" }
		VeQuickItem { id: state; uid: root.uid + "/State" }
		VeQuickItem { id: why; uid: root.uid + "/Why" }
		VeQuickItem { id: service; uid: root.uid + "/Service" }
		VeQuickItem { id: instance; uid: root.uid + "/Instance" }
		VeQuickItem { id: soc; uid: root.uid + "/Soc" }
		VeQuickItem { id: current; uid: root.uid + "/Current" }
		VeQuickItem { id: share; uid: root.uid + "/Share" }
		VeQuickItem { id: lowest; uid: root.uid + "/LowestCell" }
		VeQuickItem { id: highest; uid: root.uid + "/HighestCell" }
		VeQuickItem { id: charge; uid: root.uid + "/ChargeLimitation" }
		VeQuickItem { id: discharge; uid: root.uid + "/DischargeLimitation" }
		VeQuickItem { id: chargeCurrent; uid: root.uid + "/AllowedCharge" }
		VeQuickItem { id: dischargeCurrent; uid: root.uid + "/AllowedDischarge" }

		FigureGrid {
			id: figures
			width: parent.width - 24 // beside the arrow
			heading: root.name
			note: [
				watchOnly.value === 1 ? qsTr("watch only") : "",
				root.online && share.valid ? qsTr("%1 % of the current").arg(share.value.toFixed(0)) : ""
			].filter(text => text.length > 0).join(", ")

			Figure {
				visible: root.online
				width: figures.columnWidth
				text: figures.narrow ? qsTr("Charge") : ""
				value: soc.valid ? soc.value.toFixed(0) + " %" : "--"
			}

			Figure {
				visible: root.online
				width: figures.columnWidth
				text: figures.narrow ? qsTr("Current") : ""
				value: current.valid ? current.value.toFixed(1) + " A" : "--"
			}

			Figure {
				visible: root.online
				width: figures.columnWidth
				text: figures.narrow ? qsTr("Lowest cell") : ""
				value: lowest.valid ? lowest.value.toFixed(3) + " V" : "--"
			}

			Figure {
				visible: root.online
				width: figures.columnWidth
				text: figures.narrow ? qsTr("Highest cell") : ""
				value: highest.valid ? highest.value.toFixed(3) + " V" : "--"
			}
		}

		Warning {
			visible: state.valid && !root.online
			critical: state.value !== "lent to the phone app"
			text: state.valid ? root.words.sentence(state.value) : ""
			note: why.valid && why.value !== state.value ? root.words.sentence(why.value) : ""
		}

		Label {
			visible: root.online && charge.valid && chargeCurrent.valid
			width: parent.width
			text: visible ? qsTr("Charging at most %1 A: %2").arg(chargeCurrent.value.toFixed(1)).arg(root.words.said(charge.value)) : ""
			wrapMode: Text.WordWrap
		}

		Label {
			visible: root.online && discharge.valid && dischargeCurrent.valid
			width: parent.width
			text: visible ? qsTr("Discharging at most %1 A: %2").arg(dischargeCurrent.value.toFixed(1)).arg(root.words.said(discharge.value)) : ""
			wrapMode: Text.WordWrap
		}
	}
}
