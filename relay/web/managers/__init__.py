"""Pages for managers: the programme, its trees and gifts, places, and what waits for confirmation."""
