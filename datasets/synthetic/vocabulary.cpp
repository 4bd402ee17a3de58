#include "datasets/synthetic/vocabulary.hpp"

namespace vbench::synthetic {
namespace {

const Vocabulary kKitchenWords{
    {"add",  "mix",   "stir",   "chop", "slice", "fry",   "boil",  "bake",  "pour",   "heat",  "grill", "mash",
     "peel", "whisk", "spread", "roll", "cut",   "drain", "place", "rinse", "simmer", "blend", "coat",  "crush"},
    {"onion",    "garlic",  "tomato",   "potato",   "chicken", "beef",     "rice",    "noodles",    "carrot",   "celery",
     "shrimp",   "cheese",  "bread",    "bacon",    "lettuce", "cabbage",  "egg",     "flour",      "lemon",    "ginger",
     "mushroom", "spinach", "tofu",     "salmon",   "pork",    "sausage",  "beans",   "lentils",    "cucumber", "avocado",
     "mustard",  "yogurt",  "cream",    "basil",    "parsley", "cilantro", "coconut", "pasta",      "peas",     "corn",
     "squid",    "lamb",    "eggplant", "zucchini", "kimchi",  "seaweed",  "dough",   "breadcrumbs"},
    {"pan", "pot", "bowl", "oven", "plate", "tray", "blender", "dish", "skillet", "wok", "board", "fryer"},
    {"slowly", "gently", "finely", "quickly", "thoroughly", "evenly", "twice", "lightly"},
    {"salt", "pepper", "oil", "water", "butter", "sugar"},
    {}};

const Vocabulary kActivityWords{
    {"throws", "kicks", "lifts", "pushes", "holds", "swings", "catches", "paints",  "washes",   "brushes",  "ties",  "climbs",
     "cleans", "plays", "hits",  "drops",  "rolls", "spins",  "folds",   "carries", "polishes", "sharpens", "wraps", "shovels"},
    {"ball",    "rope",      "bike",   "dog",     "horse", "drum",    "violin", "guitar", "canoe", "surfboard", "javelin", "hammer",
     "frisbee", "kite",      "ladder", "fence",   "shoe",  "sweater", "window", "car",    "snow",  "leaves",    "grass",   "tree",
     "racket",  "bow",       "arrow",  "barbell", "hoop",  "baton",   "skates", "skis",   "rod",   "fish",      "puck",    "stick",
     "camel",   "accordion", "flute",  "pumpkin", "beard", "hair",    "dishes", "cake",   "mower", "tire",      "tile",    "wallpaper"},
    {"yard", "gym", "river", "kitchen", "street", "field", "pool", "stage", "garage", "beach", "room", "park"},
    {"slowly", "quickly", "happily", "carefully", "repeatedly", "twice", "outside", "proudly"},
    {"camera", "hands", "crowd", "floor", "water", "door"},
    {"man", "woman", "boy", "girl", "person"}};

}  // namespace

const Vocabulary& vocabulary(Domain domain) { return domain == Domain::kKitchen ? kKitchenWords : kActivityWords; }

}  // namespace vbench::synthetic
