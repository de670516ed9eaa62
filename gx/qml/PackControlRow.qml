import QtQuick
import Victron.VenusOS

// Whether chargers obey the pack; only with a chemistry.
SettingChoice {
	id: root

	required property string base

	text: qsTr("Control")
	caption: chemistry.value ? (optionModel[currentIndex]?.caption ?? "") : qsTr("Choose the chemistry first")
	uid: base + "/Control"
	interactive: dataItem.valid && (Boolean(chemistry.value) || dataItem.value === 1)
	optionModel: [
		{
			display: qsTr("Only shown"), value: 0, caption: qsTr("Chargers do not obey it"),
			question: qsTr("Chargers that obey this pack stop with error 67, until another battery controls them or you reset “BMS controlled” in their settings.")
		},
		{
			display: qsTr("Controls charging"), value: 1, caption: qsTr("Chargers and inverters obey this pack's limits"),
			question: qsTr("With DVCC on, chargers and inverters obey this pack's voltage and currents. Check chemistry and currents first. Only one battery or bank can control.")
		}
	]

	VeQuickItem { id: chemistry; uid: root.base + "/Chemistry" }
}
