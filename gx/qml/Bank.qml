pragma ComponentBehavior: Bound
import QtQuick
import Victron.VenusOS

// The last row of the device page of a bank: its packs beside each other.
DeviceListPluginPage {
	id: root

	readonly property string uid: device?.serviceUid ?? ""
	readonly property Words words: Words {}

	title: qsTranslate("", "Packs of the bank")

	VeQuickItem { id: count; uid: root.uid + "/System/NrOfBatteries" }
	VeQuickItem { id: online; uid: root.uid + "/System/NrOfModulesOnline" }
	VeQuickItem { id: mode; uid: root.uid + "/Info/ChargeMode" }
	VeQuickItem { id: lent; uid: root.uid + "/Settings/LendForMinutes" }
	VeQuickItem { id: soc; uid: root.uid + "/Soc" }
	VeQuickItem { id: current; uid: root.uid + "/Dc/0/Current" }

	GradientListView {
		model: VisibleItemModel {
			Warnings {
				uid: root.uid
				pageWidth: root.width
				words: root.words
				contact: online.value !== 0
				lentFor: lent.value ?? 0
			}

			Card {
				pageWidth: root.width

				FigureGrid {
					id: figures
					width: parent.width - 24 // as in the cards below, beside their arrow
					heading: qsTr("All packs")

					Figure {
						width: figures.columnWidth
						text: qsTr("Charge")
						value: soc.valid ? soc.value.toFixed(0) + " %" : "--"
					}

					Figure {
						width: figures.columnWidth
						text: qsTr("Current")
						value: current.valid ? current.value.toFixed(1) + " A" : "--"
					}

					WorstCell {
						width: figures.columnWidth
						uid: root.uid
						side: "Min"
					}

					WorstCell {
						width: figures.columnWidth
						uid: root.uid
						side: "Max"
					}
				}
			}

			SettingsColumn {
				width: parent ? parent.width : 0

				Repeater {
					model: count.valid ? count.value : 0

					delegate: MemberCard {
						required property int index

						uid: root.uid + "/Members/" + (index + 1)
						pageWidth: root.width
						words: root.words
						onTapped: Global.pageManager.pushPage(packPage, { title: name, uid: serviceUid })
					}
				}
			}

			SectionHeader { text: qsTr("Limits of the bank") }

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
				mode: mode
				dataItem.uid: root.uid + "/Info/MaxChargeVoltage"
				words: root.words
			}

			ListText {
				text: qsTr("What you should do")
				dataItem.uid: root.uid + "/Diagnostics/Advice"
				preferredVisible: dataItem.valid
				secondaryText: ""
				caption: dataItem.value ?? ""
			}

			LendRow {
				lent: lent
				status: root.uid + "/SwitchableOutput/lend/Status"
			}
		}
	}

	Component {
		id: packPage

		MemberPage {}
	}
}
