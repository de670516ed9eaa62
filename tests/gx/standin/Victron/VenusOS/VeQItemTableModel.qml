import QtQuick

QtObject {
	enum Flags { None = 0, AddAllChildren = 1, AddNonLeaves = 2, DontAddItem = 4, AddChildren = 8 }

	property var uids: []
	property int flags
}
