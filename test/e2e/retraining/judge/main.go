// Judges what the program generates with the code of the controllers that would judge it in a cluster: Argo Events decides which posts
// pass a sensor and what workflow they create, Argo Workflows decides whether a step is tried again. One JSON question on standard input,
// one JSON answer on standard output.
package main

import (
	"encoding/json"
	"os"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/reconciler/eventbus"
	"github.com/argoproj/argo-events/pkg/reconciler/sensor"
	"github.com/argoproj/argo-events/pkg/sensors/dependencies"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

type question struct {
	Bus    json.RawMessage   `json:"bus"`
	Source json.RawMessage   `json:"source"`
	Sensor json.RawMessage   `json:"sensor"`
	Posts  []json.RawMessage `json:"posts"`
	Retry  *retry            `json:"retry"`
}

type retry struct {
	Expression string   `json:"expression"`
	ExitCodes  []string `json:"exitCodes"`
}

type outcome struct {
	Passed   bool           `json:"passed"`
	Reason   string         `json:"reason,omitempty"`
	Workflow map[string]any `json:"workflow,omitempty"`
}

type answer struct {
	Invalid  []string  `json:"invalid"`
	Outcomes []outcome `json:"outcomes"`
	Retries  []bool    `json:"retries"`
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	given := answer{Invalid: []string{}, Outcomes: []outcome{}, Retries: []bool{}}
	note := func(err error) {
		if err != nil {
			given.Invalid = append(given.Invalid, err.Error())
		}
	}
	var (
		bus     v1alpha1.EventBus
		source  v1alpha1.EventSource
		watcher v1alpha1.Sensor
	)
	if asked.Sensor != nil {
		note(yaml.UnmarshalStrict(asked.Bus, &bus))
		note(yaml.UnmarshalStrict(asked.Source, &source))
		note(yaml.UnmarshalStrict(asked.Sensor, &watcher))
		note(eventbus.ValidateEventBus(&bus))
		note(sensor.ValidateSensor(&watcher, &bus))
		for _, post := range asked.Posts {
			given.Outcomes = append(given.Outcomes, judge(&watcher, post))
		}
	}
	if asked.Retry != nil {
		for _, code := range asked.Retry.ExitCodes {
			again, err := argoexpr.EvalBool(asked.Retry.Expression, env.GetFuncMap(map[string]any{"lastRetry.exitCode": code, "lastRetry.status": "Failed", "retries": "0"}))
			note(err)
			given.Retries = append(given.Retries, again)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(given); err != nil {
		panic(err)
	}
}

// judge does with a post what an EventSource and a Sensor do: wrap the body, filter it, and fill the resource of the first trigger.
func judge(watcher *v1alpha1.Sensor, post json.RawMessage) outcome {
	data, err := json.Marshal(map[string]any{"header": map[string][]string{"Content-Type": {"application/json"}}, "body": post})
	if err != nil {
		return outcome{Reason: err.Error()}
	}
	dependency := watcher.Spec.Dependencies[0]
	event := &v1alpha1.Event{Context: &v1alpha1.EventContext{ID: "1", Source: dependency.EventSourceName, Subject: dependency.EventName, DataContentType: "application/json"}, Data: data}
	passed, err := dependencies.Filter(event, dependency.Filters, dependency.FiltersLogicalOperator)
	if err != nil {
		return outcome{Reason: err.Error()}
	}
	if !passed {
		return outcome{}
	}
	trigger := watcher.Spec.Triggers[0].Template.K8s
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(trigger.Source.Resource.Value, &object.Object); err != nil {
		return outcome{Reason: err.Error()}
	}
	if err := triggers.ApplyResourceParameters(map[string]*v1alpha1.Event{dependency.Name: event}, trigger.Parameters, object); err != nil {
		return outcome{Reason: err.Error()}
	}
	return outcome{Passed: true, Workflow: object.Object}
}
