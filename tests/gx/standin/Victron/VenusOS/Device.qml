import QtQuick

QtObject {
	property string serviceUid
	property string serviceType
	property int productId
	property string productName
	property string customName
	property string name
	property int deviceInstance
}
