import QtQuick
import Victron.VenusOS
import "Voltages.js" as Voltages

Page {
	id: root

	required property string base
	readonly property string chosen: chemistry.value ?? ""
	readonly property var owner: ({
		full: full.dataItem.value ?? 0, floating: floating.dataItem.value ?? 0, low: low.dataItem.value ?? 0,
		high: high.dataItem.value ?? 0, empty: empty.dataItem.value ?? 0
	})
	readonly property var effective: Voltages.effective(chosen, owner)

	title: qsTr("Cell voltages")

	VeQuickItem { id: chemistry; uid: root.base + "/Chemistry" }

	GradientListView {
		model: VisibleItemModel {
			PrimaryListLabel {
				text: root.chosen ? qsTr("They must rise from the bottom of this list to the top.") : qsTr("Choose the chemistry first.")
			}
			PrimaryListLabel {
				text: qsTr("These voltages contradict each other or the chemistry. Nothing is charged until they are corrected.")
				color: Theme.color_red
				preferredVisible: Voltages.contradict(root.chosen, root.owner)
			}
			PackVoltageRow {
				id: high
				page: root
				field: "high"
				text: qsTr("Charging stops at")
				uid: root.base + "/CellHighCutoff"
			}
			PackVoltageRow {
				id: full
				page: root
				field: "full"
				text: qsTr("Full")
				uid: root.base + "/CellFull"
			}
			PackVoltageRow {
				id: floating
				page: root
				field: "floating"
				text: qsTr("Float")
				uid: root.base + "/CellFloat"
			}
			PackVoltageRow {
				id: low
				page: root
				field: "low"
				text: qsTr("Discharging is reduced from")
				uid: root.base + "/CellLow"
			}
			PackVoltageRow {
				id: empty
				page: root
				field: "empty"
				text: qsTr("Discharging stops at")
				uid: root.base + "/CellLowCutoff"
			}
			ListButton {
				text: qsTr("All as in the preset")
				secondaryText: qsTr("Reset")
				preferredVisible: root.chosen !== "" && root.chosen !== "custom" && Object.values(root.owner).some(volts => volts > 0)
				writeAccessLevel: VenusOS.User_AccessType_User
				onClicked: {
					for (const row of [high, full, floating, low, empty])
						row.dataItem.setValue(0)
				}
			}
		}
	}
}
