import QtQuick

QtObject {
	property QtObject object
	property string key: "value"
	property int unit
	property bool hidden
	property var defaultValue
}
