import QtQuick
import "Voltages.js" as Voltages

// The chemistry decides how far cells are charged, so each is confirmed.
SettingChoice {
	required property string base

	function _option(chemistry, display) {
		const volts = Voltages.chemistries[chemistry].full.toFixed(2)
		return {
			display: display, value: chemistry, caption: qsTr("Cells are charged to %1 V").arg(volts),
			question: qsTr("Each cell is charged to %1 V at most. With the wrong chemistry, cells are destroyed or catch fire.").arg(volts)
		}
	}

	text: qsTr("Chemistry")
	uid: base + "/Chemistry"
	optionModel: [
		{ display: qsTr("Not chosen"), value: "", caption: qsTr("The pack is only shown") },
		_option("LiFePO4", "LiFePO4 (LFP)"),
		_option("NMC", "NMC, Li-ion"),
		_option("LTO", "LTO"),
		{
			display: qsTr("Other"), value: "custom", caption: qsTr("Needs all five cell voltages"),
			question: qsTr("Nothing is charged until you have set all five cell voltages. Wrong ones destroy cells or set them on fire.")
		}
	]
}
