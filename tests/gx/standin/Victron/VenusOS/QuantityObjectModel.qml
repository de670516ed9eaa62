import QtQuick

QtObject {
	enum FilterType { NoFilter, HasValue }

	default property list<QuantityObject> objects
	property int filterType
}
