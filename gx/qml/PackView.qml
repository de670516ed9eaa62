import QtQuick
import Victron.VenusOS

// Everything about one pack: its cells, its limits, its MOSFETs, its temperatures and its link.
GradientListView {
	id: root

	property string uid // of the pack's battery service

	readonly property VeQuickItem lowest: VeQuickItem { uid: root.uid + "/System/MinCellVoltage" }
	readonly property VeQuickItem highest: VeQuickItem { uid: root.uid + "/System/MaxCellVoltage" }
	readonly property VeQuickItem lowestId: VeQuickItem { uid: root.uid + "/System/MinVoltageCellId" }
	readonly property VeQuickItem highestId: VeQuickItem { uid: root.uid + "/System/MaxVoltageCellId" }
	readonly property VeQuickItem online: VeQuickItem { uid: root.uid + "/System/NrOfModulesOnline" }
	readonly property VeQuickItem mode: VeQuickItem { uid: root.uid + "/Info/ChargeMode" }
	readonly property VeQuickItem charge: VeQuickItem { uid: root.uid + "/Io/ChargeHold" }
	readonly property VeQuickItem lent: VeQuickItem { uid: root.uid + "/Settings/LendForMinutes" }
	readonly property Words words: Words {}

	function cellNumber(item) {
		return item.valid ? Number(item.value.substring(1)) : 0
	}

	model: VisibleItemModel {
		Warnings {
			uid: root.uid
			pageWidth: root.width
			words: root.words
			contact: root.online.value !== 0
			lentFor: root.lent.value ?? 0
		}

		Card {
			pageWidth: root.width
			preferredVisible: root.lowest.valid

			Row {
				width: parent.width

				Figure {
					width: parent.width / 3
					text: qsTr("Lowest, cell %1").arg(root.cellNumber(root.lowestId))
					value: root.lowest.valid ? root.lowest.value.toFixed(3) + " V" : "--"
				}

				Figure {
					width: parent.width / 3
					text: qsTr("Highest, cell %1").arg(root.cellNumber(root.highestId))
					value: root.highest.valid ? root.highest.value.toFixed(3) + " V" : "--"
				}

				Figure {
					width: parent.width / 3
					text: qsTr("Difference")
					value: root.highest.valid ? ((root.highest.value - root.lowest.value) * 1000).toFixed(0) + " mV" : "--"
				}
			}
		}

		Card {
			pageWidth: root.width

			CellBars {
				width: parent.width
				uid: root.uid
				lowest: root.lowest
				highest: root.highest
				lowestCell: root.cellNumber(root.lowestId)
				highestCell: root.cellNumber(root.highestId)
				contact: root.online.value !== 0
			}
		}

		SectionHeader {
			text: qsTr("Limits")
			preferredVisible: root.mode.valid
		}

		LimitRow {
			text: qsTr("Charging at most")
			limitation: root.uid + "/Info/ChargeLimitation"
			dataItem.uid: root.uid + "/Info/MaxChargeCurrent"
			words: root.words
		}

		LimitRow {
			text: qsTr("Discharging at most")
			limitation: root.uid + "/Info/DischargeLimitation"
			dataItem.uid: root.uid + "/Info/MaxDischargeCurrent"
			words: root.words
		}

		ModeRow {
			mode: root.mode
			dataItem.uid: root.uid + "/Info/MaxChargeVoltage"
			words: root.words
		}

		SectionHeader {
			text: qsTr("MOSFETs")
			preferredVisible: root.charge.valid
		}

		MosfetRow {
			text: qsTr("Charge MOSFET")
			uid: root.uid
			side: "Charge"
			words: root.words
		}

		MosfetRow {
			text: qsTr("Discharge MOSFET")
			uid: root.uid
			side: "Discharge"
			words: root.words
		}

		ListText {
			text: qsTr("Last command")
			dataItem.uid: root.uid + "/Io/LastCommand"
			preferredVisible: dataItem.valid
			secondaryText: ""
			caption: dataItem.value ?? ""
		}

		Temperatures {
			uid: root.uid
			pageWidth: root.width
		}

		SectionHeader { text: qsTr("Bluetooth") }

		LinkRow {
			uid: root.uid
			words: root.words
		}

		ListText {
			text: qsTr("Disturbed by")
			dataItem.uid: root.uid + "/Bluetooth/Interference"
			preferredVisible: dataItem.valid
			secondaryText: ""
			caption: dataItem.value ?? ""
		}

		LendRow {
			lent: root.lent
			status: root.uid + "/SwitchableOutput/lend/Status"
		}
	}
}
