// Articles, products and orders have styles of their own and no script.
import "./knowledge.css";
