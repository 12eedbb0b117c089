// Message history and customers have styles of their own and no script.
import "./people.css";
