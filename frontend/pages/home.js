// The first page of the console has styles of its own and no script.
import "./home.css";
